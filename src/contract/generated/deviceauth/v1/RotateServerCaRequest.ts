// Original file: proto/deviceauth/v1/admin.proto


export interface RotateServerCaRequest {
  /**
   * Announce and switch in one step (or switch at once to what is announced): devices that have not fetched the new CA
   * cannot connect any more.
   */
  'now'?: (boolean);
  /**
   * Drop what is announced; the current one goes on. Not together with `now`.
   */
  'cancel'?: (boolean);
}

export interface RotateServerCaRequest__Output {
  /**
   * Announce and switch in one step (or switch at once to what is announced): devices that have not fetched the new CA
   * cannot connect any more.
   */
  'now': (boolean);
  /**
   * Drop what is announced; the current one goes on. Not together with `now`.
   */
  'cancel': (boolean);
}
