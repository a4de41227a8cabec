// Original file: proto/deviceauth/v1/admin.proto

export const StatePart = {
  STATE_PART_UNSPECIFIED: 'STATE_PART_UNSPECIFIED',
  /**
   * The CAs whose keys are here: of servers and of devices.
   */
  CAS: 'CAS',
  /**
   * Things, certificates, attachments, tombstones, device CAs.
   */
  REGISTRY: 'REGISTRY',
} as const;

export type StatePart =
  | 'STATE_PART_UNSPECIFIED'
  | 0
  /**
   * The CAs whose keys are here: of servers and of devices.
   */
  | 'CAS'
  | 1
  /**
   * Things, certificates, attachments, tombstones, device CAs.
   */
  | 'REGISTRY'
  | 2

export type StatePart__Output = typeof StatePart[keyof typeof StatePart]
