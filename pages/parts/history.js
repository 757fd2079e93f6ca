// One entry in the browser's history for each page. Streamlit writes every change of the address as a new entry, and a link with
// parameters as two: Back would step through addresses half made, and never leave the first. Here a change of the parameters alone
// takes the place of the entry it changes.
(() => {
  const push = history.pushState;
  history.pushState = function (state, title, url) {
    const samePage = url == null || new URL(url, location.href).pathname === location.pathname;
    return (samePage ? history.replaceState : push).call(history, state, title, url);
  };
})();
