// Original file: proto/deviceauth/v1/admin.proto


export interface SetComponentOperationsRequest {
  /**
   * Of a component that is there; otherwise NOT_FOUND.
   */
  'name'?: (string);
  /**
   * As in AddComponentRequest.
   */
  'operations'?: (string)[];
}

export interface SetComponentOperationsRequest__Output {
  /**
   * Of a component that is there; otherwise NOT_FOUND.
   */
  'name': (string);
  /**
   * As in AddComponentRequest.
   */
  'operations': (string)[];
}
