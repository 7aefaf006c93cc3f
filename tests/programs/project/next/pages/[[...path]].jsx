/** Every path has this page. */
export default function Page() {
  return <h1>The page</h1>;
}
