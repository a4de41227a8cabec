// Original file: proto/deviceauth/v1/admin.proto


export interface AddComponentRequest {
  /**
   * As in Component.
   */
  'name'?: (string);
  /**
   * At least one; "*" alone stands for all of them.
   */
  'operations'?: (string)[];
}

export interface AddComponentRequest__Output {
  /**
   * As in Component.
   */
  'name': (string);
  /**
   * At least one; "*" alone stands for all of them.
   */
  'operations': (string)[];
}
