/* What a person does about what is open between them and others (pair.js): ask, write while waiting, answer, go to
   somebody, and every command about a conversation. What is refused is announced in the server's words; nothing that
   was written is lost by a cut, a refusal or a reload. */

import {announce} from "./frame.js";
import {ask, rooms} from "./live.js";
import {keepWritten, own, pair, tell, waits} from "./pair.js";
import {newKey} from "./rooms.js";
import {kept} from "./store.js";

export async function seek(wish) {
  const reply = await ask({type: "seek", key: newKey(), ...wish});
  if (reply.type === "waiting") waits(reply);
  return reply;
}

/** Write while waiting: kept for who comes. Never lost by a cut or a refusal. */
export async function write(text) {
  const words = {key: newKey(), text, state: "going"};
  pair.written.push(words);
  keepWritten();
  await deliver(words);
}

async function deliver(words) {
  const reply = await ask({type: "send", room: "waiting", text: words.text, key: words.key});
  const good = reply.type === "sent";
  const seat = own();
  if (["not_found", "closed"].includes(reply.code) && seat) { // nobody waits any more: somebody is there
    if (!rooms.get(seat.room)) await rooms.join(seat.room);
    const room = rooms.get(seat.room);
    if (room) return (drop(words), rooms.say(room, words.text)); // only then: where the room was not to be had they stay here
  }
  Object.assign(words, {state: good ? "kept" : "refused", says: reply.says, suggestion: reply.suggestion, findings: reply.findings});
  if (!good) announce(reply.says ?? "");
  keepWritten();
}

for (const words of pair.written) if (words.state === "going") deliver(words); // the page was loaded again on their way

export function drop(words) {
  pair.written = pair.written.filter((one) => one !== words);
  keepWritten();
}

export async function withdraw() {
  const reply = await ask({type: "withdraw", request: pair.waiting?.request ?? ""});
  if (reply.type === "withdrawn" || reply.code === "not_found" || reply.code === "closed") stopped();
  return reply;
}

function stopped() {
  Object.assign(pair, {waiting: null, written: []});
  keepWritten();
  tell("waiting");
}

export async function choose(choice) {
  const reply = await ask({type: "choose", request: pair.waiting.request, choice, key: newKey()});
  if (reply.type === "waiting") waits({...reply, told: choice === "tell_me"});
  if (reply.type === "withdrawn") stopped();
  return reply;
}

/** A command about a conversation, or about being stayed with (`room: "stay"`). */
export async function act(type, room, more = {}) {
  const reply = await ask({type, room, key: newKey(), ...more});
  if (reply.type === "refused") announce(reply.says ?? "");
  return reply;
}

/** Being stayed with has ended, by the person's own word. */
export function letGo(room) {
  if (room === "stay") pair.stay = null;
  const one = pair.sessions.get(room);
  if (one) Object.assign(one, {hold: null, wasHeld: true});
  tell("stay");
}

export async function answer(offer, accept) {
  const reply = await ask({type: "answer", offer, accept, key: newKey()});
  pair.offers.delete(offer);
  tell("offers");
  return reply;
}

export async function take(id) {
  const reply = await ask({type: "take", case: id, key: newKey()});
  const page = pair.pages.get(id);
  if (reply.type === "taken") {
    Object.assign(page, {taken: reply.waits ? "waits" : "coming", at: reply.room});
    kept.set("pair.cases", {...kept.get("pair.cases"), [reply.room]: id});
  }
  else pair.pages.delete(id);
  tell("pages");
  return reply;
}

/** The case this one was called to a room for, also after the page was loaded again. */
export const caseOf = (room) => kept.get("pair.cases")?.[room] ?? null;

/** How old somebody is whom this one was called to. */
export const tellAge = (id, is) => ask({type: "age", case: id, is, key: newKey()});

export async function standDown(id, why) {
  const reply = await ask({type: "stand_down", case: id, why, key: newKey()});
  if (reply.type === "stood_down" || reply.code === "not_found") pair.pages.delete(id);
  tell("pages");
  return reply;
}
