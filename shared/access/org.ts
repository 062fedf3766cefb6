/** One organisation of the platform. */
export type Org = {
  readonly org_id: string;
  readonly name: string;
  /** Its name in URLs of dialects that address organisations by one; unique. */
  readonly slug: string | null;
  readonly created_at: string;
};
