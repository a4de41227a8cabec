// Original file: proto/emqx/exhook/v2/exhook.proto

import type { Long } from '@grpc/proto-loader';

export interface Message {
  'node'?: (string);
  'id'?: (string);
  'qos'?: (number);
  'from'?: (string);
  'topic'?: (string);
  'payload'?: (Buffer | Uint8Array | string);
  'timestamp'?: (number | string | Long);
  'headers'?: ({[key: string]: string});
}

export interface Message__Output {
  'node': (string);
  'id': (string);
  'qos': (number);
  'from': (string);
  'topic': (string);
  'payload': (Buffer);
  'timestamp': (number);
  'headers': ({[key: string]: string});
}
