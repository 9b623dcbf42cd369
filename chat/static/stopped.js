/* The line ended for good: why, and how to begin again. Help stays where it is. */

import {$, button, h} from "./dom.js";
import {go} from "./router.js";
import {t} from "./words.js";

const KNOWN = new Set([4003, 4009]);

export const view = {
  title: "stopped.title",
  make: () => h("div", {class: "sheet"}, h("h1", {id: "stopped-title", dir: "auto"}), h("p", {class: "lead", id: "stopped-says", dir: "auto"}), button(t("stopped.again"), () => location.reload(), {kind: "main", id: "stopped-again"}), button(t("stopped.look"), () => go("told"), {id: "stopped-look", hidden: true})),
  enter({code, refused}) {
    const why = KNOWN.has(code) ? code : "other";
    $("stopped-look").hidden = code !== 4003; // what was decided, and who else may look at it
    $("stopped-title").textContent = t(`stopped.${why}_title`);
    $("stopped-says").textContent = refused?.says ?? t(`stopped.${why}_says`);
  },
};
