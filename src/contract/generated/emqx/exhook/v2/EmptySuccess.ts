// Original file: proto/emqx/exhook/v2/exhook.proto


export interface EmptySuccess {
}

export interface EmptySuccess__Output {
}
