// Original file: proto/deviceauth/v1/admin.proto


export interface RenewComponentTokenRequest {
  /**
   * Of a component that is there; otherwise NOT_FOUND.
   */
  'name'?: (string);
}

export interface RenewComponentTokenRequest__Output {
  /**
   * Of a component that is there; otherwise NOT_FOUND.
   */
  'name': (string);
}
