/* By keyboard through a list of messages: one of them can be reached by Tab, arrow keys, Home and End move between. */

import {$} from "./dom.js";

const all = () => [...$("messages").querySelectorAll(".more")];

/** Which one is reached by Tab: `wanted`, else the one that has the focus, else the last. `focus`: it has it from now on. */
export function rove(wanted, focus = false) {
  const buttons = all();
  const one = wanted ?? buttons.find((each) => each.tabIndex === 0 && each === document.activeElement) ?? buttons.at(-1);
  for (const each of buttons) if ((each.tabIndex === 0) !== (each === one)) each.tabIndex = each === one ? 0 : -1;
  if (focus) one?.focus();
}

/** Keys pressed in the list. */
export function arrows(event) {
  const row = event.target.closest?.("#messages > .message");
  if (!row || event.target.closest(".actions")) return;
  const buttons = all();
  const at = buttons.indexOf(row.querySelector(".more"));
  const to = {ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1}[event.key];
  if (to === undefined || !buttons[to]) return;
  event.preventDefault();
  rove(buttons[to], true);
}
