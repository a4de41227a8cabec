// Original file: proto/emqx/exhook/v2/exhook.proto


/**
 * Which node of which cluster calls.
 */
export interface RequestMeta {
  'node'?: (string);
  'version'?: (string);
  'sysdescr'?: (string);
  'clusterName'?: (string);
}

/**
 * Which node of which cluster calls.
 */
export interface RequestMeta__Output {
  'node': (string);
  'version': (string);
  'sysdescr': (string);
  'clusterName': (string);
}
