{
  "targets": [
    {
      "target_name": "aidet",
      "type": "none",
      "actions": [
        {
          "action_name": "build with CMake",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["build-addon/aidet.node"],
          "action": ["node", "scripts/build-addon.mjs"]
        }
      ]
    }
  ]
}
