/**
 * Sockets that systemd opened for us (sd_listen_fds(3)): the name of each (`FileDescriptorName=` of the socket unit)
 * is the name of the listener that serves it. Mode, group and removal of such a socket are systemd's business.
 */
const FIRST_DESCRIPTOR = 3;

/**
 * Descriptors by listener name. Takes the variables out of the environment, so that no child believes them meant for
 * it. Throws an `Error` when the variables are for this process and cannot be understood.
 */
export function inheritedSockets(
  environment: NodeJS.ProcessEnv,
  processId: number,
): ReadonlyMap<string, number> {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: names } = environment;
  const found = new Map<string, number>();
  if (count === undefined || pid !== String(processId)) return found;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  const total = Number(count);
  if (!Number.isInteger(total) || total < 0) throw new Error(`LISTEN_FDS is "${count}", which is no count`);
  const all = names === undefined || names === '' ? [] : names.split(':');
  if (total > 0 && all.length !== total) {
    throw new Error(
      `systemd passed ${total} sockets and ${all.length} names; give each socket unit a FileDescriptorName=`,
    );
  }
  all.forEach((name, index) => {
    if (found.has(name)) throw new Error(`systemd passed two sockets named "${name}"; a listener has one`);
    found.set(name, FIRST_DESCRIPTOR + index);
  });
  return found;
}
