/**
 * The things a certificate is attached to. Always true:
 * - "Not attached" is said of a whole list only; of one that is cut, endless, or not understood, nothing is.
 * - Exclusive is what AWS says is, in so many words.
 * - Where ListPrincipalThingsV2 is not to be had, or not allowed, and the older operation answers, that one is asked for an hour; what
 *   it finds counts as not exclusive.
 */
import type { Clock } from '../../clock.ts';
import { type Answered, answered } from '../outcome.ts';
import {
  type IotControlPlane,
  isNotFound,
  type PrincipalThing,
  type PrincipalThingsPage,
} from './iot-control-plane.ts';
import { type SdkFailure, sdkFailure } from './sdk-failure.ts';

export interface Attachment {
  readonly attached: boolean;
  readonly exclusive: boolean;
}

type Page = Answered<PrincipalThingsPage> | SdkFailure;

const HOUR = 3_600_000;
/** Of 250 things. */
const MAX_PAGES = 40;
const EXCLUSIVE = 'EXCLUSIVE_THING';
const OLDER_TYPES = new Set([
  'UnknownOperation',
  'UnknownOperationException',
  'UnrecognizedOperationException',
]);
const DENIED_TYPES = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedException']);

export class PrincipalThings {
  readonly #controlPlane: IotControlPlane;
  readonly #clock: Clock;
  #olderUntil = Number.NEGATIVE_INFINITY;

  constructor(controlPlane: IotControlPlane, clock: Clock) {
    this.#controlPlane = controlPlane;
    this.#clock = clock;
  }

  /** `principal`: the certificate's ARN. */
  async attachment(
    principal: string,
    thingName: string,
    signal: AbortSignal,
  ): Promise<Answered<Attachment> | SdkFailure> {
    if (this.#isOlder) return await this.#attachmentByOlder(principal, thingName, signal);
    const found = await find(
      (next) => this.#controlPlane.listPrincipalThingsV2(principal, next, false, signal),
      (thing) => thing.thingName === thingName,
    );
    if (found.kind === 'answered') {
      return answered({ attached: found.value !== undefined, exclusive: found.value?.type === EXCLUSIVE });
    }
    if (!isWithoutV2(found)) return found;
    const older = await this.#attachmentByOlder(principal, thingName, signal);
    if (older.kind === 'answered' || isNotFound(older)) this.#olderUntil = this.#clock.monotonic() + HOUR;
    return older;
  }

  /** The one thing it is exclusively attached to, or undefined. */
  async exclusiveThing(
    principal: string,
    signal: AbortSignal,
  ): Promise<Answered<string | undefined> | SdkFailure> {
    if (this.#isOlder) return cannotTell();
    const names = new Set<string>();
    const found = await find(
      (next) => this.#controlPlane.listPrincipalThingsV2(principal, next, true, signal),
      ({ thingName, type }) => {
        // Asked for the exclusive ones: what is of no type at all was not understood.
        if (type === undefined) return true;
        if (type === EXCLUSIVE && thingName !== undefined) names.add(thingName);
        return names.size > 1;
      },
    );
    if (found.kind !== 'answered') return isWithoutV2(found) ? cannotTell() : found;
    if (found.value !== undefined) {
      return sdkFailure(
        'unexpected',
        'AWS IoT answered ListPrincipalThingsV2 with things whose attachment is not told, or more exclusive ones than there can be',
      );
    }
    return answered([...names][0]);
  }

  get #isOlder(): boolean {
    return this.#clock.monotonic() < this.#olderUntil;
  }

  async #attachmentByOlder(
    principal: string,
    thingName: string,
    signal: AbortSignal,
  ): Promise<Answered<Attachment> | SdkFailure> {
    const found = await find(
      (next) => this.#controlPlane.listPrincipalThings(principal, next, signal),
      (thing) => thing.thingName === thingName,
    );
    if (found.kind !== 'answered') return found;
    return answered({ attached: found.value !== undefined, exclusive: false });
  }
}

/** The first thing that is wanted, page by page; undefined: the list is whole, and it is not in it. */
async function find(
  page: (nextToken: string | undefined) => Promise<Page>,
  isWanted: (thing: PrincipalThing) => boolean,
): Promise<Answered<PrincipalThing | undefined> | SdkFailure> {
  let nextToken: string | undefined;
  let understood = true;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const answer = await page(nextToken);
    if (answer.kind !== 'answered') return answer;
    const { things, nextToken: next } = answer.value;
    if (things === undefined) return unreadable();
    const wanted = things.find(isWanted);
    if (wanted !== undefined) return answered(wanted);
    understood &&= things.every((thing) => thing.thingName !== undefined);
    if (next === undefined || next === '') return understood ? answered(undefined) : unreadable();
    if (next === nextToken) return unreadable();
    nextToken = next;
  }
  return sdkFailure(
    'unexpected',
    `a certificate is attached to more than ${MAX_PAGES * 250} things, or the list of AWS IoT has no end`,
  );
}

function unreadable(): SdkFailure {
  return sdkFailure('unexpected', 'AWS IoT answered with a list of things that cannot be read');
}

/** The operation is unknown there, or not allowed: the older one may yet be. */
function isWithoutV2({ errorType, status }: SdkFailure): boolean {
  if (OLDER_TYPES.has(errorType) || DENIED_TYPES.has(errorType)) return true;
  return errorType === '' && (status === 403 || status === 404);
}

function cannotTell(): SdkFailure {
  return sdkFailure(
    'misconfigured',
    'AWS IoT does not tell which thing a certificate is exclusively attached to: ListPrincipalThingsV2 is not to be had, or the permission iot:ListPrincipalThingsV2 is missing; security.clientIdRule `any` needs it',
  );
}
