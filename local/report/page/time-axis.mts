const MINUTE = 60;
const DAY = 86_400;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Labels of a time axis, UTC: years, months, days or minutes by the distance of its ticks (`step`), with what changed
 * above them (year or day) on a second line. Times and distance in seconds.
 */
export function timeLabels(ticks: readonly number[], step: number): string[] {
  let shownBefore = "";
  return ticks.map((tick) => {
    const date = new Date(tick * 1_000);
    const year = String(date.getUTCFullYear());
    const month = MONTHS[date.getUTCMonth()]!;
    const day = `${date.getUTCDate()} ${month}`;
    if (step >= 360 * DAY) return year;
    const [label, above] =
      step >= 27 * DAY ? [month, year] : step >= DAY ? [day, year] : [clock(date, step), `${day} ${year}`];
    const isNew = above !== shownBefore;
    shownBefore = above;
    return isNew ? `${label}\n${above}` : label;
  });
}

function clock(date: Date, step: number): string {
  return date.toISOString().slice(11, step < MINUTE ? 19 : 16);
}
