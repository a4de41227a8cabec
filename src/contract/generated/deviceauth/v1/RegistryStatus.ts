// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface RegistryStatus {
  'things'?: (number | string | Long);
  'certificates'?: (number | string | Long);
  'deviceCas'?: (number | string | Long);
}

export interface RegistryStatus__Output {
  'things': (number);
  'certificates': (number);
  'deviceCas': (number);
}
