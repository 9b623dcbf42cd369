/* The line ended for good: why, and how to begin again. Help stays where it is. */

import {$, button, h} from "./dom.js";
import {go} from "./router.js";
import {t} from "./words.js";

const KNOWN = new Set([4003, 4009]);

export const view = {
  title: "stopped.title",
  make: () => h("div", {class: "sheet"}, h("h1", {id: "stopped-title", dir: "auto"}), h("p", {class: "lead", id: "stopped-says", dir: "auto"}),
    button(t("stopped.look"), () => go("told"), {kind: "main", id: "stopped-look", hidden: true}), button(t("stopped.again"), () => location.reload(), {kind: "main", id: "stopped-again"})),
  enter({code, refused}) {
    const why = KNOWN.has(code) ? code : "other";
    const decided = code === 4003; // what was decided, and who else may look at it, comes before trying again
    $("stopped-look").hidden = !decided;
    $("stopped-again").className = decided ? "quiet outlined" : "main";
    $("stopped-title").textContent = t(`stopped.${why}_title`);
    $("stopped-says").textContent = refused?.says ?? t(`stopped.${why}_says`);
  },
};
