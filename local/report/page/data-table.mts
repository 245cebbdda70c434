import { formatCount, formatNumber } from "#shared/report/format.ts";
import { element } from "./page-globals.mts";

const PAGE = 100;
/** Up to this many rows stand in one page, without a search. */
const WITHOUT_PAGES = 200;

export interface TableColumn<Row> {
  readonly title: string;
  /** What rows are sorted by. */
  readonly value: (row: Row) => number | string;
  /** What a cell says; the value itself where it is left out. */
  readonly text?: (row: Row) => string;
  readonly isText?: boolean;
  /** Whether the cell may hold sentences. */
  readonly isLong?: boolean;
  /** Colours the cell by the sign of its value. */
  readonly isSigned?: boolean;
  /** Makes the cell a button. */
  readonly onChoose?: (row: Row) => void;
}

/** A table of many rows, which sorts by a click on a heading and has a search and pages where there are many. */
export class DataTable<Row> {
  readonly #rows: readonly Row[];
  readonly #columns: readonly TableColumn<Row>[];
  readonly #body = element("tbody");
  readonly #position = element("span");
  readonly #previous = element("button", "", "Previous");
  readonly #next = element("button", "", "Next");
  readonly #headings: HTMLTableCellElement[] = [];
  readonly #name: string;
  #shown: readonly Row[];
  #search = "";
  #page = 0;
  #sortColumn = -1;
  #isDescending = false;

  constructor(container: Element, name: string, rows: readonly Row[], columns: readonly TableColumn<Row>[]) {
    this.#name = name;
    this.#rows = rows;
    this.#columns = columns;
    this.#shown = rows;
    const table = element("table", "rows");
    table.append(this.#head(), this.#body);
    const scroll = element("div", "scroll");
    scroll.tabIndex = 0;
    scroll.role = "region";
    scroll.ariaLabel = name;
    scroll.append(table);
    if (rows.length > WITHOUT_PAGES) container.append(this.#pager());
    container.append(scroll);
    this.#draw();
  }

  #head(): HTMLElement {
    const row = element("tr");
    for (const [i, column] of this.#columns.entries()) {
      const heading = element("th", column.isText ? "text" : "");
      heading.scope = "col";
      const button = element("button", "", column.title);
      button.type = "button";
      button.addEventListener("click", () => this.#sortBy(i));
      heading.append(button);
      this.#headings.push(heading);
      row.append(heading);
    }
    const head = element("thead");
    head.append(row);
    return head;
  }

  #pager(): HTMLElement {
    const pager = element("div", "pager");
    const search = element("input");
    search.type = "search";
    search.placeholder = "Search";
    search.ariaLabel = `Search ${this.#name}`;
    search.addEventListener("input", () => {
      this.#search = search.value.trim().toLowerCase();
      this.#update();
    });
    this.#position.setAttribute("aria-live", "polite");
    for (const [button, step] of [
      [this.#previous, -1],
      [this.#next, 1],
    ] as const) {
      button.type = "button";
      button.addEventListener("click", () => {
        this.#page += step;
        this.#draw();
      });
    }
    pager.append(search, this.#previous, this.#next, this.#position);
    return pager;
  }

  #sortBy(column: number): void {
    this.#isDescending = this.#sortColumn === column && !this.#isDescending;
    this.#sortColumn = column;
    for (const [i, heading] of this.#headings.entries()) {
      if (i === column) heading.ariaSort = this.#isDescending ? "descending" : "ascending";
      else heading.removeAttribute("aria-sort");
      const title = this.#columns[i]!.title;
      heading.firstElementChild!.textContent = i === column ? `${title} ${this.#isDescending ? "↓" : "↑"}` : title;
    }
    this.#update();
  }

  #update(): void {
    const found = this.#rows.filter((row) => this.#matches(row));
    const column = this.#columns[this.#sortColumn];
    if (column !== undefined) {
      const sign = this.#isDescending ? -1 : 1;
      found.sort((a, b) => sign * compare(column.value(a), column.value(b)));
    }
    this.#shown = found;
    this.#page = 0;
    this.#draw();
  }

  #matches(row: Row): boolean {
    if (this.#search === "") return true;
    return this.#columns.some((column) => cellText(column, row).toLowerCase().includes(this.#search));
  }

  #draw(): void {
    const size = this.#rows.length > WITHOUT_PAGES ? PAGE : WITHOUT_PAGES;
    const from = this.#page * size;
    const rows = this.#shown.slice(from, from + size);
    this.#body.replaceChildren(...rows.map((row) => this.#row(row)));
    const count = this.#shown.length;
    this.#position.textContent =
      count === 0
        ? "Nothing found"
        : `${formatNumber(from + 1, 0)} to ${formatNumber(from + rows.length, 0)} of ${formatCount(count, "row")}`;
    this.#previous.disabled = this.#page === 0;
    this.#next.disabled = from + size >= count;
  }

  #row(row: Row): HTMLElement {
    const line = element("tr");
    for (const column of this.#columns) {
      const cell = element("td", cellClass(column, row));
      const text = cellText(column, row);
      const choose = column.onChoose;
      if (choose === undefined) cell.textContent = text;
      else {
        const button = element("button", "jump", text);
        button.type = "button";
        button.addEventListener("click", () => choose(row));
        cell.append(button);
      }
      line.append(cell);
    }
    return line;
  }
}

function cellText<Row>(column: TableColumn<Row>, row: Row): string {
  return column.text === undefined ? String(column.value(row)) : column.text(row);
}

function cellClass<Row>(column: TableColumn<Row>, row: Row): string {
  const classes: string[] = [];
  if (column.isText) classes.push("text");
  if (column.isLong) classes.push("long");
  const value = column.value(row);
  if (column.isSigned && typeof value === "number" && value !== 0) classes.push(value > 0 ? "gain" : "loss");
  return classes.join(" ");
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
