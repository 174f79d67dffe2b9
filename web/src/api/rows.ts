/* A result's document as its bytes come: {…, "rows": [[…], …], …}. Rows can be had as soon as they are whole; what stands behind them,
   the account, with the end. */
import type { Scalar } from "./types";

const QUOTE = 34;
const BACKSLASH = 92;

export class RowReader {
  /** What stands before the rows, once they have begun. */
  head: object | null = null;
  readonly rows: Scalar[][] = [];

  #text = ""; // from the first character that was not made into something yet
  #at = 0; // in it, the first that was not looked at
  #depth = 0;
  #isInText = false;
  #isInRows = false;
  #from = 0; // where the rows that are not taken yet begin…
  #to = 0; // …and end, of those that are whole

  feed(text: string): void {
    this.#text += text;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (this.#isInText) {
        if (code === BACKSLASH) this.#at++;
        else if (code === QUOTE) this.#isInText = false;
      } else if (code === QUOTE) this.#isInText = true;
      else if (code === 0x5b || code === 0x7b) this.#open();
      else if (code === 0x5d || code === 0x7d) this.#close();
    }
    if (this.#isInRows) this.#take();
  }

  /** The whole document. */
  end(): unknown {
    if (!this.head) return JSON.parse(this.#text);
    return { ...this.head, ...JSON.parse(`{"rows":[]${this.#text}`), rows: this.rows };
  }

  #open(): void {
    const areRows = this.#depth === 1 && !this.head && this.#text.startsWith('"rows":[', this.#at - 7);
    this.#depth++;
    if (!areRows) return;
    this.head = JSON.parse(`${this.#text.slice(0, this.#at)}[]}`);
    this.#isInRows = true;
    this.#from = this.#to = this.#at + 1;
  }

  #close(): void {
    this.#depth--;
    if (!this.#isInRows) return;
    if (this.#depth === 2) this.#to = this.#at + 1;
    if (this.#depth !== 1) return;
    this.#take();
    this.#isInRows = false;
    this.#cut(this.#at + 1);
  }

  #take(): void {
    if (this.#to > this.#from) {
      const begin = this.#from + (this.#text[this.#from] === "," ? 1 : 0);
      for (const row of JSON.parse(`[${this.#text.slice(begin, this.#to)}]`)) this.rows.push(row);
    }
    this.#cut(this.#to);
  }

  #cut(to: number): void {
    this.#text = this.#text.slice(to);
    this.#at -= to;
    this.#from = this.#to = 0;
  }
}
