/* How old somebody is, as far as it matters here: said by who was checked (the scope `teen_vetted`), of a case of theirs on
   the desk, or of somebody they were called to, beside the conversation. The server knows who may. */

import {h} from "./dom.js";
import {announce} from "./frame.js";
import {visit} from "./live.js";
import {learn, t} from "./words.js";
import {words} from "./words-ages.js";

learn(words);

const AGES = ["adult", "teen", "child"];

export const mayTellAge = () => visit.scopes.includes("teen_vetted");

/** `say(is)` asks the server; `done(words)`: it was said. `hint`: what to think of before. */
export function ages({say, done, hint = "age.hint"}) {
  const problem = h("p", {class: "problem", role: "alert", hidden: true, dir: "auto"});
  const pick = (one) => h("label", {class: "choice"}, h("input", {type: "radio", name: "age", value: one}), h("span", {}, h("strong", {}, t(`age.${one}`)), h("small", {}, t(`age.${one}-means`))));
  const form = h("form", {class: "stack ages", novalidate: true, "aria-label": t("age.title")}, h("p", {class: "hint"}, t(hint)),
    h("fieldset", {class: "field"}, h("legend", {}, t("age.title")), h("div", {class: "choices"}, ...AGES.map(pick))), problem,
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("age.submit"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = form.querySelector("[name=age]:checked")?.value;
    const reply = chosen ? await say(chosen) : {says: t("age.pick")};
    problem.hidden = reply.type === "aged";
    problem.textContent = reply.type === "aged" ? "" : (reply.says ?? t("age.not"));
    if (reply.type !== "aged") return;
    const told = t(reply.state === "after" ? "age.after" : "age.done");
    announce(told);
    done(told);
  });
  return form;
}
