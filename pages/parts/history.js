// One entry in the browser's history for each page. Streamlit writes every change of the address as a new entry, and a link with
// parameters as two: Back would step through addresses half made, and never leave the first. Here a change of the parameters alone
// takes the place of the entry it changes.
//
// On the way to another page Streamlit writes the next page's parameters under the path of the one that is left, before it changes the
// path. So the address that is left is noted when a link is followed, and put back into its entry.
(() => {
  const push = history.pushState;
  let left = null;
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && link.origin === location.origin && link.pathname !== location.pathname) left = location.href;
  }, true);
  addEventListener("popstate", () => { left = null; }, true);
  history.pushState = function (state, title, url) {
    if (url == null || new URL(url, location.href).pathname === location.pathname) return history.replaceState(state, title, url);
    if (left && new URL(left).pathname === location.pathname) history.replaceState(history.state, "", left);
    left = null;
    return push.call(history, state, title, url);
  };
})();
