// Original file: proto/deviceauth/v1/admin.proto


export interface StateChunk {
  /**
   * The next part of the file.
   */
  'data'?: (Buffer | Uint8Array | string);
}

export interface StateChunk__Output {
  /**
   * The next part of the file.
   */
  'data': (Buffer);
}
