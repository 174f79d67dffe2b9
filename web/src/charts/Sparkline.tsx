import css from "./Sparkline.module.css";

const WIDTH = 160;
const HEIGHT = 40;
const PAD = 2;

/** A line without axes, drawn at once; gaps where values are missing. */
export function Sparkline({ values }: { values: (number | null)[] }) {
  const known = values.filter((v): v is number => v !== null);
  if (known.length < 2) return <svg className={css.spark} aria-hidden="true" />;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (i: number) => (i / (values.length - 1)) * (WIDTH - 2 * PAD) + PAD;
  const y = (v: number) => HEIGHT - PAD - ((v - low) / (high - low || 1)) * (HEIGHT - 2 * PAD);
  let line = "";
  values.forEach((v, i) => {
    if (v === null) return;
    line += `${line && values[i - 1] !== null ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
  });
  const last = values.length - 1;
  const isWhole = known.length === values.length;
  return (
    <svg className={css.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {isWhole && <path className={css.area} d={`${line}L${x(last).toFixed(1)} ${HEIGHT}L${PAD} ${HEIGHT}Z`} />}
      <path className={css.line} d={line} />
    </svg>
  );
}
