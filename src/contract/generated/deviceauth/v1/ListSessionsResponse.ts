// Original file: proto/deviceauth/v1/admin.proto

import type { Session as _deviceauth_v1_Session, Session__Output as _deviceauth_v1_Session__Output } from '../../deviceauth/v1/Session.ts';

export interface ListSessionsResponse {
  /**
   * May be empty.
   */
  'sessions'?: (_deviceauth_v1_Session)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken'?: (string);
  /**
   * How many match, on all pages.
   */
  'total'?: (number);
}

export interface ListSessionsResponse__Output {
  /**
   * May be empty.
   */
  'sessions': (_deviceauth_v1_Session__Output)[];
  /**
   * Empty on the last page.
   */
  'nextPageToken': (string);
  /**
   * How many match, on all pages.
   */
  'total': (number);
}
