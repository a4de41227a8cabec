// Original file: proto/deviceauth/v1/admin.proto


export interface RemoveComponentResponse {
}

export interface RemoveComponentResponse__Output {
}
