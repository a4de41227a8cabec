// Original file: proto/deviceauth/v1/admin.proto


export interface SetComponentOperationsRequest {
  'name'?: (string);
  /**
   * As in AddComponentRequest.
   */
  'operations'?: (string)[];
}

export interface SetComponentOperationsRequest__Output {
  'name': (string);
  /**
   * As in AddComponentRequest.
   */
  'operations': (string)[];
}
