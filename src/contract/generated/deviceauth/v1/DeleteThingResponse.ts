// Original file: proto/deviceauth/v1/admin.proto


export interface DeleteThingResponse {
}

export interface DeleteThingResponse__Output {
}
