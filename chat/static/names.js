/* A name somebody could wear: made up on this device out of kind words, sent nowhere until they take it.

   The English words are of the server's own list (chat/auth.py): none of them is anybody's reason for being here. */

import {button, h} from "./dom.js";
import {announce} from "./frame.js";
import {t} from "./words.js";

const one = (key, before) => {
  const all = t(key).split(/[\s⟦⟧]+/).filter((word) => word && !before.includes(word));
  return all[crypto.getRandomValues(new Uint32Array(1))[0] % all.length];
};

/** Two kind words, other ones than in `before`. */
export const madeUp = (before = "") => t("names.pair", {kind: one("names.kind", before), thing: one("names.thing", before)}).replace(/[⟦⟧\u2068\u2069]/g, "");

/** A field for a name, with a button that puts a suggestion in it; again: another one. */
export function nameField({id, label, hint, value = ""}) {
  const input = h("input", {id, name: id, maxlength: 40, autocomplete: "off", spellcheck: "false", dir: "auto", value, "aria-describedby": `${id}-hint`});
  const suggest = () => {
    input.value = madeUp(input.value);
    announce(t("names.suggested", {name: input.value}));
  };
  return h("div", {class: "field"}, h("label", {for: id}, label, " ", h("span", {class: "optional"}, t("word.optional"))),
    h("div", {class: "name-row"}, input, button(t("names.suggest"), suggest, {"aria-controls": id})),
    h("p", {id: `${id}-hint`, class: "hint"}, hint));
}
