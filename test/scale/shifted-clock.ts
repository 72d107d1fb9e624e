/** Environment of a process whose clock is so many ms ahead of the others', or behind them. */
export function shiftedClock(byMs: number): Readonly<Record<string, string>> {
  const code = `const D=Date,now=D.now;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(now()+${byMs})}static now(){return now()+${byMs}}};`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
