/* Shows the H5P package of this page's address with the player that the installation has. */
(function () {
  "use strict";
  const here = new URL(".", document.baseURI).href;
  const player = new URL("../player/", document.baseURI).href;
  new H5PStandalone.H5P(document.getElementById("h5p"), {
    h5pJsonPath: here.replace(/\/$/, ""),
    frameJs: player + "frame.bundle.js",
    frameCss: player + "styles/h5p.css",
    embedType: "div", // a frame within would be nobody's, and out of the player's reach
    reportingIsEnabled: false,
  });
})();
