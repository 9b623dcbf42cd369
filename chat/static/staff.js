/* Signing in as somebody of the team: an invitation that was made with `warmline token`, pasted or read from a file.

     token ─▶ the next hello of the line (never an address) ─▶ welcome with roles │ refused: as before
                                                                └ kept on this device until signing out or leaving quickly

   A wrong invitation changes nothing: whoever was here before is here still. The box is emptied as soon as it was read. */

import {h} from "./dom.js";
import {hear, signIn, signOut, visit} from "./live.js";
import {back, go} from "./router.js";
import {dayOf, learn, t, when} from "./words.js";
import {words} from "./words-staff.js";

learn(words);

const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MOST_BYTES = 8_000_000; // a photograph
const ROLES = new Set(["peer", "listener", "host", "responder", "moderator", "supervisor", "operator"]);
const DESK = new Set(["moderator", "supervisor", "operator", "responder"]);

let body;
let box;
let problem;

const button = (words, act, kind = "quiet outlined") => h("button", {type: "button", class: kind, onclick: act}, words);
const isStaff = () => Boolean(visit.token) && (visit.roles ?? []).some((role) => role !== "peer");

function complain(key) {
  problem.textContent = t(key);
  problem.hidden = false;
}

function form() {
  box = h("textarea", {id: "staff-token", rows: "4", autocomplete: "off", autocapitalize: "off", spellcheck: "false", dir: "ltr", "aria-describedby": "staff-token-hint"});
  problem = h("p", {class: "problem", role: "alert", hidden: true});
  const file = h("input", {type: "file", id: "staff-file", accept: "text/*,image/*,.token,.txt", "aria-describedby": "staff-file-hint", onchange: () => fromFile(file)});
  // A telephone's own camera, with nothing of this page's policy opened for it: one picture, read here and let go.
  const camera = "BarcodeDetector" in globalThis && matchMedia("(pointer: coarse)").matches;
  const shot = h("input", {type: "file", id: "staff-camera", accept: "image/*", capture: "environment", onchange: () => fromFile(shot)});
  const made = h("form", {class: "sheet staff-in", novalidate: true},
    h("div", {class: "field"}, h("label", {for: "staff-token"}, t("staff.token")), box, h("p", {class: "hint", id: "staff-token-hint"}, t("staff.token-hint"))),
    camera ? h("div", {class: "field"}, h("label", {for: "staff-camera"}, t("staff.camera")), shot) : null,
    h("div", {class: "field"}, h("label", {for: "staff-file"}, t("staff.file")), file, h("p", {class: "hint", id: "staff-file-hint"}, t("staff.file-hint"))),
    problem, h("button", {type: "submit", class: "main wide"}, t("staff.submit")), button(t("staff.back"), () => back(), "quiet"));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    enter(made);
  });
  return made;
}

async function enter(made) {
  const token = box.value.replace(/\s+/g, "");
  problem.hidden = true;
  if (!SHAPE.test(token)) {
    complain("staff.shape");
    return box.focus();
  }
  const submit = made.querySelector("[type=submit]");
  submit.setAttribute("aria-disabled", "true");
  submit.textContent = t("staff.going");
  const reply = await signIn(token);
  submit.removeAttribute("aria-disabled");
  submit.textContent = t("staff.submit");
  if (reply.type !== "welcome") return complain(["unauthorized", "expired"].includes(reply.code) ? "staff.refused" : "staff.away");
  box.value = "";
  draw();
  return body.querySelector(".main")?.focus();
}

/** An invitation from a text file, or from a picture where the browser reads codes. Nothing leaves the page. */
async function fromFile(input) {
  const [file] = input.files;
  input.value = "";
  if (!file || file.size > MOST_BYTES) return file && complain("staff.no-file");
  const text = file.type.startsWith("image/") ? await codeIn(file) : await file.text();
  const found = text.split(/\s+/).find((word) => SHAPE.test(word));
  problem.hidden = Boolean(found);
  if (!found) return complain("staff.no-file");
  box.value = found;
  return box.focus();
}

async function codeIn(file) {
  try {
    const codes = await new BarcodeDetector({formats: ["qr_code"]}).detect(await createImageBitmap(file));
    return codes[0]?.rawValue ?? "";
  } catch {
    return "";
  }
}

function signedIn() {
  const roles = visit.roles.filter((role) => role !== "peer");
  return h("div", {class: "sheet staff-in"}, h("h2", {}, t("staff.in")),
    h("ul", {class: "given", role: "list"}, ...roles.map((role) => h("li", {class: "role"}, ROLES.has(role) ? t(`role.${role}`) : h("bdi", {}, role)))),
    (visit.scopes ?? []).includes("teen_vetted") ? h("p", {}, t("staff.teens")) : null,
    visit.expires ? h("p", {class: "hint"}, t("staff.until", {day: dayOf(visit.expires), time: when(visit.expires)})) : null,
    h("div", {class: "verbs"}, roles.some((role) => DESK.has(role)) ? button(t("staff.desk"), () => go("desk"), "main") : button(t("staff.rooms"), () => go("rooms"), "main"),
      button(t("staff.out"), signOut)),
    h("p", {class: "hint"}, t("staff.out-hint")));
}

function draw() {
  body?.replaceChildren(isStaff() ? signedIn() : form());
}

export const view = {
  make() {
    body = h("div", {});
    return h("div", {}, h("h1", {id: "staff-title"}, t("staff.title")), h("p", {class: "lead staff-lead"}, t("staff.lead")), body);
  },
  enter: draw,
  title: "staff.title",
};

hear("welcome", () => body?.isConnected && isStaff() && !body.contains(document.activeElement) && draw());
