/** The name of the socket for components in `status`, in refusals and before its certificates; no listener can have it. */
export const GREENGRASS_IPC_LISTENER = 'greengrass-ipc';
