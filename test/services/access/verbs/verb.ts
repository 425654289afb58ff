import type { Permission, Role } from '../../../../src/services/access/grants.ts';
import type { LiveContext } from '../../../../src/services/platform/live/live.ts';
import type { Side } from './world.ts';

/**
 * What the walk through all verbs (walk.ts) must know of one. There are two of everything, `inner` and
 * `outer`, alike but for their names; a scope always matches what is `inner`.
 */
export interface Verb {
  /** What it requires, all of it: without any one of these it must answer FORBIDDEN. */
  needs: readonly (Permission | Role)[];
  /** Calls it about the things of a side, so that it succeeds; answers what shows whether they were reached. */
  call: (context: LiveContext, side: Side) => Promise<unknown>;
  /**
   * By permission that takes a scope: what the call answers (an error's code, or what it returns) about things which the
   * scope doesn't match. One for each permission among its needs that takes a scope, and for those that narrow what it
   * shows or refers to.
   */
  beyond?: Partial<Record<Permission, unknown>>;
  /** Why scopes don't narrow it, where a permission that it needs takes one. */
  unnarrowed?: string;
  /** What it answers a caller of another tenant; unless told, the first of `beyond`. */
  elsewhere?: unknown;
  /** Makes ready what it is called about. Verbs with one function share what it has made, until one changes it. */
  given?: (admin: LiveContext, side: Side) => Promise<unknown>;
  /** The call itself leaves something behind even where it is refused, so what is stored isn't compared. */
  stirs?: true;
}
export type Verbs = Readonly<Record<string, Verb>>;

/** Where a caller of another tenant does it to its own things. */
export const ITS_OWN = Symbol('its own');
