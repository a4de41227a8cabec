/** Kinds of values that several keys have. */
import { z } from 'zod';

export const INT32 = 2 ** 31 - 1;
/** In seconds. */
export const DAY = 24 * 60 * 60;

export const path = () =>
  z
    .string()
    .min(1, 'must not be empty')
    .regex(/^[^\0]*$/, 'must not contain NUL');

export const fileMode = () =>
  z.string().regex(/^0?[0-7]{3}$/, 'must be three octal digits in quotes, such as "0660"');

/** Names of things the operator names: keys of maps. */
export const entryName = () =>
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
      'must be 1 to 64 characters of A-Z a-z 0-9 _ . - and begin with a letter or digit',
    );
