// A brand's own colour in place of ours, only where words on it and beside it stay readable.
import { contrast } from "../shared/colour";

const HEX = /^#[0-9a-f]{6}$/i;
const WHITE = "#FFFFFF";
const [PAPER, NIGHT] = ["#F6F2EB", "#171E1D"];
const [OURS, OURS_SOFT] = ["#0F6B62", "#DCEFEB"];
const [OURS_DARK, OURS_DARK_SOFT] = ["#5CC3B5", "#173F3A"];

/** `brand` for light and `brand_dark` for dark, each taken only if it can be read. */
export function paint(theme: Record<string, string>): void {
  const light = readable(theme["brand"], (hex) => Math.min(contrast(hex, WHITE), contrast(hex, PAPER)));
  const dark = readable(theme["brand_dark"], (hex) => contrast(hex, NIGHT));
  if (!light && !dark) return;
  const style = document.documentElement.style;
  const soft = (hex: string | null, ours: string, ground: string) => (hex ? `color-mix(in srgb, ${hex} 14%, ${ground})` : ours);
  style.setProperty("--brand", `light-dark(${light ?? OURS}, ${dark ?? OURS_DARK})`);
  style.setProperty("--brand-soft", `light-dark(${soft(light, OURS_SOFT, "#FFFFFF")}, ${soft(dark, OURS_DARK_SOFT, NIGHT)})`);
}

function readable(hex: string | undefined, worst: (hex: string) => number): string | null {
  return hex && HEX.test(hex) && worst(hex) >= 4.5 ? hex : null;
}
