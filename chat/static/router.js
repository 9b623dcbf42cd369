/* The router: one view at a time, each a section of <main>, made when it is first shown.

   A view is {make, enter?, leave?, title, wide?, needs?, home?} in a file of its own with a row in views.js; `home` puts
   the way back to the rooms above it. Nothing goes into the address or the history: an address is remembered by
   browsers, and Back after a quick exit must not lead here.
   A part that is not on the device yet is loaded on the way; where that fails the person stays and is told. */

import {$, button, h} from "./dom.js";
import {banner} from "./frame.js";
import {kept} from "./store.js";
import {t} from "./words.js";

const known = {views: {}, fallback: "door", allowed: () => true};
const built = new Map(); // name → {view, section}
const way = []; // names and params of where one came from
const state = {name: null, params: {}, turn: 0};

export function know(views, {fallback, allowed}) {
  Object.assign(known, {views, fallback, allowed});
}

export const here = () => state.name;

/** Load a view's part without showing it. */
export async function load(name) {
  const found = await known.views[name]();
  return found.view ?? found;
}

/** Make the section of a view, once. */
export async function build(name) {
  if (built.has(name)) return built.get(name);
  const view = await load(name);
  if (built.has(name)) return built.get(name);
  const home = view.home ? button(t("word.all_rooms"), () => go("rooms"), {kind: "quiet back home", pic: "back"}) : null;
  const section = h("section", {id: name, class: view.wide ? "view wide-view" : "view", "aria-labelledby": `${name}-title`}, home, view.make());
  section.querySelector(`#${name}-title`)?.setAttribute("tabindex", "-1");
  $("main").append(section);
  built.set(name, {view, section});
  return built.get(name);
}

/** Show a view. Gives true when it is there. */
export async function go(name, params = {}, {focus = true, remember = true} = {}) {
  const turn = (state.turn += 1);
  let next;
  try {
    const view = built.get(name)?.view ?? (await load(name));
    if (view.needs && !known.allowed(view.needs)) return go(known.fallback, {});
    next = built.get(name) ?? (await build(name));
  } catch (fault) {
    banner(t("frame.part_missing"), "notice");
    if (!(fault instanceof TypeError)) throw fault;
    return false;
  }
  if (turn !== state.turn) return false;
  if (state.name && state.name !== name) built.get(state.name)?.view.leave?.();
  if (remember && state.name && state.name !== name) way.push([state.name, state.params]);
  if (way.length > 20) way.shift();
  Object.assign(state, {name, params});
  document.body.dataset.view = name;
  kept.set("view", known.allowed("visit") ? name : null); // before the door nothing is kept
  for (const {section} of built.values()) section.classList.toggle("on", section === next.section);
  const wanted = next.view.enter?.(params);
  document.title = next.view.title ? t("frame.title", {view: t(next.view.title)}) : "Warmline";
  if (focus) (wanted instanceof Element ? wanted : (next.section.querySelector(`#${name}-title`) ?? $("main"))).focus({preventScroll: true});
  if (!next.view.keeps) scrollTo(0, 0);
  return true;
}

/** Back to where one came from, or to `fallback`. */
export function back(fallback = "rooms") {
  const [name, params] = way.pop() ?? [fallback, {}];
  return go(name, params, {remember: false});
}

/** Everything again, in another language. */
export async function redraw() {
  for (const [name, {section}] of built) {
    section.remove();
    built.delete(name);
  }
  if (state.name) await go(state.name, {...state.params, again: true}, {remember: false});
}
