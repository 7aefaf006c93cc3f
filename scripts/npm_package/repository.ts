/**
 * Where the project is published: such as `https://github.com/OWNER/sockjs-web`, without a slash at
 * the end. Unset until the owner has chosen an address; the package for npm then names none.
 */
export const repository: string | undefined = undefined;
