import { expect, test } from "vitest";
import { contrast, parse, shades } from "./accent";

test.each(["#1f6feb", "#ffff00", "#000000", "#ffffff", "#0f766e", "#c2410c", "red", undefined])(
  "%s can be read on both grounds",
  (color) => {
    for (const isDark of [false, true]) {
      const { fill, ink, on } = shades(color, isDark);
      expect(contrast(fill, on)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(ink, isDark ? [26, 28, 32] : [255, 255, 255])).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test("what is no colour is the app's own", () => {
  expect(parse("blue; }")).toEqual(parse("#1f6feb"));
});
