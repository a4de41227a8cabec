// Original file: proto/deviceauth/v1/admin.proto


export interface AddComponentRequest {
  'name'?: (string);
  /**
   * At least one; "*" alone stands for all of them.
   */
  'operations'?: (string)[];
}

export interface AddComponentRequest__Output {
  'name': (string);
  /**
   * At least one; "*" alone stands for all of them.
   */
  'operations': (string)[];
}
