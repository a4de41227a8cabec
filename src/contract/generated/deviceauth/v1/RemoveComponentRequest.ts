// Original file: proto/deviceauth/v1/admin.proto


export interface RemoveComponentRequest {
  /**
   * Of a component that is there; otherwise NOT_FOUND.
   */
  'name'?: (string);
}

export interface RemoveComponentRequest__Output {
  /**
   * Of a component that is there; otherwise NOT_FOUND.
   */
  'name': (string);
}
