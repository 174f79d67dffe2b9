/* The pack's colour as the app's one accent: shades of it that can be read on a light and on a dark ground (WCAG, 4.5 to 1). */
import { useSyncExternalStore } from "react";

type Rgb = [number, number, number];

const FALLBACK: Rgb = [31, 111, 235];
const ENOUGH = 4.6;

export function parse(color: string | undefined): Rgb {
  const hex = /^#([0-9a-f]{6})$/i.exec(color ?? "")?.[1];
  if (!hex) return FALLBACK;
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function towards(from: Rgb, to: Rgb, grounds: Rgb[]): Rgb {
  for (let part = 0; part < 1; part += 0.04) {
    const mixed = from.map((c, i) => Math.round(c + ((to[i] ?? 0) - c) * part)) as Rgb;
    if (grounds.every((ground) => contrast(mixed, ground) >= ENOUGH)) return mixed;
  }
  return to;
}

const css = (rgb: Rgb) => `rgb(${rgb.join(", ")})`; // with commas, which ECharts can read too;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [16, 18, 22];
/* The lightest (darkest) grounds that coloured text stands on: sunken and softly coloured ones. */
const LIGHT_GROUNDS: Rgb[] = [WHITE, [232, 236, 240]];
const DARK_GROUNDS: Rgb[] = [
  [26, 28, 32],
  [38, 44, 56],
];

/** Of the pack's colour: what fills, what is written on that, and what is written in it. */
export function shades(color: string | undefined, isDark: boolean): { fill: Rgb; on: Rgb; ink: Rgb } {
  const base = parse(color);
  const fill = isDark ? towards(base, WHITE, [[26, 28, 32]]) : towards(base, BLACK, [WHITE]);
  const ink = isDark ? towards(base, WHITE, DARK_GROUNDS) : towards(base, BLACK, LIGHT_GROUNDS);
  return { fill, ink, on: contrast(fill, WHITE) >= ENOUGH ? WHITE : BLACK };
}

export function applyAccent(color: string | undefined, isDark: boolean): void {
  const { fill, ink, on } = shades(color, isDark);
  const style = document.documentElement.style;
  style.setProperty("--accent", css(fill));
  style.setProperty("--accent-ink", css(ink));
  style.setProperty("--on-accent", css(on));
  announce();
}

/* ---- for what is drawn and must be drawn again in the new colours ---- */

let version = 0;
const listeners = new Set<() => void>();

function announce(): void {
  version++;
  for (const listener of listeners) listener();
}

export function useAppearanceVersion(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => version,
  );
}
