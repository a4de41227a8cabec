/** One measured figure. `note` says what it is compared with or how it was taken. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}
