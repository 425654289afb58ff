/** How much work the hash of a password is. */
export interface PasswordCosts {
  /** The logarithm of scrypt's N, as the encoded text has it. */
  ln: number;
  r: number;
  p: number;
}

/** 32 MiB and some 80 ms a hash. May grow: each stored hash says what it was made with. */
export const PASSWORD_COSTS: PasswordCosts = { ln: 15, r: 8, p: 1 };
