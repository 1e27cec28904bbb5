// SPDX-License-Identifier: Apache-2.0
// What makes a page usable for everybody, checked in the page itself; gives a list of complaints.
() => {
  const wrong = [];
  const say = (rule, element) => wrong.push(`${rule}: ${element.outerHTML.slice(0, 140)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const name = (element) =>
    (element.getAttribute("aria-label") || element.textContent ||
      [...element.querySelectorAll("img")].map((image) => image.alt).join(" ")).trim();

  if (!document.title.trim()) wrong.push("the page has no title");
  for (const element of all("[lang], [hreflang]")) {
    const tag = element.getAttribute("lang") || element.getAttribute("hreflang");
    try { new Intl.Locale(tag); } catch { say("lang is no language tag", element); }
  }
  for (const landmark of ["main", "h1"]) {
    if (all(landmark).length !== 1) wrong.push(`not one ${landmark}`);
  }
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say("a heading skips a level", heading);
    if (!heading.textContent.trim()) say("an empty heading", heading);
    level = own;
  }
  for (const image of all("img")) if (!image.hasAttribute("alt")) say("no alt", image);
  for (const field of all("input, select, textarea")) {
    const labels = [...field.labels].filter((label) => label.textContent.trim() && shown(label));
    if (!labels.length) say("no visible label", field);
  }
  for (const element of all("a[href], button, summary")) {
    if (!name(element)) say("no name", element);
  }
  for (const element of all("[tabindex]")) {
    if (Number(element.getAttribute("tabindex")) > 0) say("tabindex above 0", element);
  }
  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push(`an id stands twice: ${ids}`);
  const regions = all("nav").map((element) => element.getAttribute("aria-label"));
  if (regions.includes(null) || new Set(regions).size !== regions.length) {
    wrong.push(`navigations share a name or have none: ${regions}`);
  }
  for (const cell of all("th")) if (!cell.hasAttribute("scope")) say("no scope", cell);
  for (const list of all("ul, ol")) {
    if ([...list.children].some((child) => child.tagName !== "LI")) say("not only li", list);
  }
  for (const list of all("dl")) {
    if ([...list.children].some((c) => !["DT", "DD", "DIV"].includes(c.tagName))) say("dl", list);
  }
  for (const target of all("header a, .choice a, button, .pager a")) {
    const box = target.getBoundingClientRect();
    const hidden = target.matches(".skip") && document.activeElement !== target;
    if (!hidden && shown(target) && box.height < 24) say("a target under 24 px", target);
  }

  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const linear = (value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = channels(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const measured = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || measured.has(element) || !shown(element)) continue;
    measured.add(element);
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const [light, dark] = [luminance(channels(style.color)), luminance(ground(element))]
      .sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (large ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, element);
    if (size < 11) say(`text of ${size} px`, element);
  }
  if (measured.size < 5) wrong.push("hardly any text was measured");
  return wrong;
}
