/** What policy may know of a device: names and properties, never a certificate. */
export interface Device {
  readonly thingName: string;
  readonly clientId: string;
  readonly thingType: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
}
