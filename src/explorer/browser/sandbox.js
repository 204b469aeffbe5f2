// Starts Apollo Sandbox on the page that the gateway serves at /.
const {
  endpoint,
  document: operations,
  variables,
} = JSON.parse(document.getElementById('config').textContent);

if (window.EmbeddedSandbox) {
  new window.EmbeddedSandbox({
    target: '#explorer',
    initialEndpoint: new URL(endpoint, location.href).href,
    endpointIsEditable: false,
    initialState: { document: operations, variables },
    hideCookieToggle: true,
    runTelemetry: false,
    // The page's policy takes no style attributes; its own stylesheet has them.
    allowDynamicStyles: false,
  });
} else {
  document.getElementById('unreachable').hidden = false;
}
