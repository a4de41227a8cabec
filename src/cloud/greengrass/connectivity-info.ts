/**
 * What AWS calls a core's connectivity information: addresses by which devices reach it. Always true: what is read is a bounded
 * list of plain entries; what is none is left out.
 */

export interface ConnectivityAddress {
  /** Unique in its list, by custom the address itself. */
  readonly id: string;
  /** A DNS name or an IP address, as the operator or a core wrote it: printable ASCII, not checked further. */
  readonly hostAddress: string;
  /** 0 to 65535. */
  readonly portNumber: number;
  readonly metadata: string;
}

export const MOST_ADDRESSES = 100;
const LONGEST_TEXT = 1024;
const HOST = /^[\x21-\x7e]{1,255}$/;

/**
 * Of the body of GetConnectivityInfo; the names of members may begin with a small letter. Undefined: it has something else where the
 * list should be.
 */
export function readConnectivityInfo(
  body: Readonly<Record<string, unknown>>,
): readonly ConnectivityAddress[] | undefined {
  const list = member(body, 'ConnectivityInfo') ?? [];
  if (!Array.isArray(list)) return undefined;
  return list.slice(0, MOST_ADDRESSES).flatMap(readEntry);
}

/** As UpdateConnectivityInfo wants it. */
export function writeConnectivityInfo(list: readonly ConnectivityAddress[]) {
  return list.map(({ hostAddress, id, metadata, portNumber }) => ({
    Id: id,
    HostAddress: hostAddress,
    PortNumber: portNumber,
    Metadata: metadata,
  }));
}

function readEntry(entry: unknown): ConnectivityAddress[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const members = entry as Readonly<Record<string, unknown>>;
  const hostAddress = member(members, 'HostAddress');
  const portNumber = member(members, 'PortNumber') ?? 0;
  if (typeof hostAddress !== 'string' || !HOST.test(hostAddress)) return [];
  if (typeof portNumber !== 'number' || !Number.isInteger(portNumber)) return [];
  if (portNumber < 0 || portNumber > 65_535) return [];
  const id = text(member(members, 'Id'));
  return [{ id, hostAddress, portNumber, metadata: text(member(members, 'Metadata')) }];
}

/** Null is as absent. */
function member(of: Readonly<Record<string, unknown>>, name: string): unknown {
  return of[name] ?? of[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] ?? undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : '';
}
