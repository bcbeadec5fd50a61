/** Whether an address holds a user or password: it would be told in errors, and `fetch` takes none. */
export function hasUser(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
