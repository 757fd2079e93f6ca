import streamlit as st

st.title("What the words mean")
