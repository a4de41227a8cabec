// Original file: proto/deviceauth/v1/admin.proto

import type { Session as _deviceauth_v1_Session, Session__Output as _deviceauth_v1_Session__Output } from '../../deviceauth/v1/Session.ts';

export interface ListSessionsResponse {
  'sessions'?: (_deviceauth_v1_Session)[];
  'nextPageToken'?: (string);
  'total'?: (number);
}

export interface ListSessionsResponse__Output {
  'sessions': (_deviceauth_v1_Session__Output)[];
  'nextPageToken': (string);
  'total': (number);
}
