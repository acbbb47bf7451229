// What a check finds wrong: a stable code, and where.
export class Bad extends Error {
  constructor(code, what = "") {
    super(what ? `${code}: ${what}` : code);
    this.code = code;
    this.what = what;
  }
}
