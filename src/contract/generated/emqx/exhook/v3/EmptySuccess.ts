// Original file: proto/emqx/exhook/v3/exhook.proto


export interface EmptySuccess {
}

export interface EmptySuccess__Output {
}
