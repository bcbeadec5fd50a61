// biome-ignore-all lint/complexity/useArrowFunction: no browser is too old for this script
// biome-ignore-all format: a comma at the end of arguments is too new as well
// Runs in every browser, however old, before the pages do: no syntax newer than ECMAScript 3.
// `inset` came with Chromium 87, replaceChildren with Firefox 78 and Safari 14; browsers without modules have neither.
(function () {
  var old =
    !('noModule' in document.createElement('script')) ||
    !window.CSS ||
    !CSS.supports('inset', '0') ||
    !Element.prototype.replaceChildren;
  function show() {
    var sentence = document.getElementById('old-browser');
    var app = document.getElementById('app');
    if (sentence && app && !app.firstChild) sentence.removeAttribute('hidden');
  }
  if (old) {
    // main.tsx looks at this and stays away.
    document.documentElement.className = 'old-browser';
    if (window.addEventListener) window.addEventListener('load', show);
    else window.attachEvent('onload', show);
  } else {
    // The pages' script did not load or did not parse.
    window.addEventListener('error', function () { setTimeout(show, 0); }, true);
  }
})();
