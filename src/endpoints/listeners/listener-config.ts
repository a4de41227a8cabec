/** A listener as the configuration has it; `config/schema.ts` checks the values and documents them. */
import type { ListenerLimits } from '../limits.ts';

export interface UnixListenerConfig {
  readonly socket: string;
  /** Octal, such as "0660". */
  readonly mode: string;
  /** By name or number. */
  readonly group?: string | undefined;
}

export interface TlsConfig {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string;
  /** SHA-256 of the clients' certificates, hex. */
  readonly clientFingerprints?: readonly string[] | undefined;
}

export interface TcpListenerConfig {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsConfig | undefined;
  readonly insecureLoopback: boolean;
}

export type ListenerConfig = (UnixListenerConfig | TcpListenerConfig) & {
  /** Names of remote procedures, or `broker` for all of DeviceAuth. */
  readonly operations: readonly string[];
  readonly limits: ListenerLimits;
};

export function isUnix(config: UnixListenerConfig | TcpListenerConfig): config is UnixListenerConfig {
  return 'socket' in config;
}
