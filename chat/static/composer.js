/* The composer and what stands beside it: drafts, refusals with their way out, and see-before-send.

   Nothing here ever stops a person from writing or loses what they wrote. A refused text goes back into the box, or,
   when something new stands there already, stays in its panel until the person decides. */

import {$, h, marked, reasons} from "./view.js";

const PAUSE_MS = 900; // a pause in typing
const CHECK_GAP_MS = 4_000; // never more often, however one types
const CHECK_LEAST = 12; // shorter than this there is little to say about it
const TYPING_GAP_MS = 3_000;

export class Composer {
  constructor({store, say, check, typing, announce, discard}) {
    Object.assign(this, {store, say, check, typing, announce, discard});
    this.form = $("composer");
    this.box = $("words");
    this.beside = $("beside");
    this.limit = 2000;
    this.room = null;
    this.context = {}; // {replyTo, target}: what the words in the box are for
    this.lastCheck = 0;
    this.lastTyping = 0;
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("input", () => this.changed());
    $("composer-context").querySelector("button").addEventListener("click", () => this.about({}));
  }

  /** Show the box for a room, with the draft that was left there. */
  enter(room) {
    this.room = room;
    this.limit = room.limit ?? this.limit;
    this.beside.replaceChildren();
    this.setContext({});
    this.write(this.store.get(`draft.${room.name}`) ?? "");
    for (const refused of this.store.get(`refused.${room.name}`) ?? []) this.drawRefusal(refused);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (matchMedia("(pointer: coarse)").matches) return; // on a phone Enter is a new line; the button sends
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.box.value.trim();
    if (!text || !this.room) return;
    if ([...text].length > this.limit) {
      this.count();
      this.announce(`This is ${[...text].length - this.limit} characters too long.`);
      return;
    }
    const {replyTo, target} = this.context;
    this.clearHint();
    this.write("");
    this.setContext({});
    this.say(this.room, text, {replyTo: replyTo?.id, target: target?.id});
    this.box.focus();
  }

  changed() {
    this.grow();
    this.count();
    this.store.set(`draft.${this.room.name}`, this.context.target ? null : this.box.value || null);
    clearTimeout(this.pause);
    this.clearHint();
    if (!this.box.value.trim()) return;
    if (Date.now() - this.lastTyping > TYPING_GAP_MS) {
      this.lastTyping = Date.now();
      this.typing(this.room);
    }
    this.pause = setTimeout(() => this.look(), Math.max(PAUSE_MS, this.lastCheck + CHECK_GAP_MS - Date.now()));
  }

  /** See before send: ask what would happen to these words, quietly. */
  async look() {
    const {room, box} = this;
    const text = box.value.trim();
    if ([...text].length < CHECK_LEAST || [...text].length > this.limit) return;
    this.lastCheck = Date.now();
    const reply = await this.check(room, text);
    if (reply.code === "rate_limited") this.lastCheck = Date.now() + 1000 * (reply.retry_after ?? 30);
    if (reply.type === "checked" && this.room === room && box.value.trim() === text) this.drawHint(reply, text);
  }

  drawHint(checked, text) {
    this.clearHint();
    const {action, care, findings = [], suggestion} = checked;
    const cared = ["concern", "high", "imminent"].includes(care?.band);
    if (action === "allow" && !cared) return;
    const lead = {allow: "You can say this here.", mask: "You can send this. Private details will be covered:", hold: "A person from the team would look at this before others see it.", block: "This would be stopped as it stands."}[action];
    this.hint = h("div", {class: `beside hint-card ${action}`, role: "status"},
      h("p", {}, checked.says || lead),
      action === "allow" ? null : reasons(findings, text), // the words themselves stand in the box, right below
      cared ? h("p", {class: "hint"}, "If you’d like someone to turn to, “Help now” above is always there.") : null,
      action !== "allow" && suggestion ? this.suggestionBox(suggestion, "Use these words", () => {
        this.write(suggestion);
        this.changed();
        this.box.focus();
      }) : null);
    this.beside.append(this.hint);
  }

  suggestionBox(suggestion, label, take) {
    return h("div", {class: "suggestion"}, h("p", {dir: "auto"}, h("span", {class: "tag"}, "This would pass"), " ", h("bdi", {}, suggestion)),
      h("button", {type: "button", class: "main", onclick: take}, label));
  }

  clearHint() {
    this.hint?.remove();
    this.hint = null;
  }

  // ------------------------------------------------------------------ refusals

  refused(room, {words, reply}) {
    const refused = {text: words.text, replyTo: words.replyTo, target: words.target, key: words.key, code: reply.code, says: reply.says, findings: reply.findings ?? [], suggestion: reply.suggestion, after: reply.retry_after};
    const kept = this.store.get(`refused.${room.name}`) ?? [];
    this.store.set(`refused.${room.name}`, [...kept, refused]);
    if (this.room === room) this.drawRefusal(refused, true);
  }

  drawRefusal(refused, fresh) {
    const {room} = this;
    this.clearHint();
    const stopped = refused.code === "stopped";
    const spelled = refused.after ? ` You can send again in ${Math.ceil(refused.after)} s.` : "";
    const done = () => {
      panel.remove();
      this.store.set(`refused.${room.name}`, (this.store.get(`refused.${room.name}`) ?? []).filter((one) => one.key !== refused.key));
      this.box.focus();
    };
    const again = (text) => {
      if (this.box.value.trim() === refused.text) this.write("");
      this.say(room, text, {replyTo: refused.replyTo, target: refused.target});
      done();
    };
    if (fresh && !this.box.value.trim()) this.write(refused.text);
    const panel = h("section", {class: "beside refusal", "aria-label": "Not sent"},
      h("h2", {tabindex: "-1"}, "Not sent. Your words are kept."),
      h("p", {class: "says", dir: "auto"}, refused.says || "This could not be sent.", spelled),
      h("p", {class: "echo", dir: "auto"}, ...marked(refused.text, refused.findings)),
      reasons(refused.findings.filter((finding) => finding.says !== refused.says)),
      refused.suggestion ? this.suggestionBox(refused.suggestion, "Send this instead", () => again(refused.suggestion)) : null,
      h("div", {class: "verbs"},
        h("button", {type: "button", class: "quiet outlined", onclick: () => {
          if (this.box.value.trim() !== refused.text) this.write(refused.text + (this.box.value ? `\n${this.box.value}` : ""));
          done();
        }}, "Change my words"),
        stopped ? null : h("button", {type: "button", class: "quiet outlined", onclick: () => again(refused.text)}, "Try again"),
        h("button", {type: "button", class: "quiet outlined", onclick: () => {
          if (this.box.value.trim() === refused.text) this.write("");
          done();
        }}, "Let it go")));
    this.beside.append(panel);
    if (fresh) this.announce(`Not sent. ${refused.says ?? ""}${spelled} ${refused.suggestion ? `A version that passes: ${refused.suggestion}` : ""}`);
  }

  // ------------------------------------------------------------------ the box

  /** Answer a message, or change one of one's own. */
  about({replyTo, target}) {
    if (this.context.target) this.write(this.store.get(`draft.${this.room.name}`) ?? "");
    this.setContext({replyTo, target});
    if (target) this.write(target.text);
    this.box.focus();
  }

  setContext(context) {
    this.context = context;
    const {replyTo, target} = context;
    const line = $("composer-context");
    line.hidden = !replyTo && !target;
    const words = line.querySelector("span");
    words.replaceChildren(target ? "Changing what you said" : replyTo ? "Replying to " : "");
    if (replyTo) words.append(h("bdi", {}, replyTo.mine ? "yourself" : (replyTo.from?.name ?? "")));
  }

  write(text) {
    this.box.value = text;
    if (!this.context.target && this.room) this.store.set(`draft.${this.room.name}`, text || null);
    this.grow();
    this.count();
  }

  grow() {
    this.box.style.height = "auto"; // set through the object model: the page's policy allows no inline style
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 168)}px`;
  }

  count() {
    const left = this.limit - [...this.box.value].length;
    const count = $("count");
    count.hidden = left > this.limit * 0.15;
    count.textContent = left >= 0 ? `${left} characters left` : `${-left} characters too many`;
    count.classList.toggle("over", left < 0);
  }
}
